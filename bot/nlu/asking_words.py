"""Words that questions are asked with and not about, by language: those of the others are as rare as words can be, and
yet no page has them."""

from __future__ import annotations

from typing import Final

from bot.domain.folding import plain_letters
from bot.nlu.words import word_set

_ENGLISH: Final = word_set(
    "a about am an and any are as at be been but by can could did do does for from get give guys had has have how i if "
    "in into is it its just like make may me might more much many my need no not of off on one or our out own per "
    "please shall should so some such tell than that the their them there these they this those to up us use very "
    "want was we were what when where which while who whom whose why will with would you your"
)
_GERMAN: Final = word_set(
    "aber alle allem allen aller als also am an auch auf aus bei beim bin bis bist bitte bloß da dabei dafür damit "
    "dann das dass dazu dein deine deinem deinen deiner dem den denen denn der des dich die dies diese diesem diesen "
    "dieser dieses dir doch du durch dürfen darf eben eigentlich ein eine einem einen einer eines einfach einmal er es "
    "etwa etwas euch euer eure eurem euren eurer für ganz gar geben gern gerne gibt gleich habe haben habt hast hätte "
    "hätten hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jetzt kann kannst kein keine keinen "
    "können könnt könnte könnten könntest machen macht mal man mehr mein meine meinem meinen meiner mich mir mit muss "
    "müssen nach nein nicht noch nur nun ob oder schon sehr sei seid sein seine seinen seiner sich sie sind so soll "
    "sollen sollte sonst über überhaupt um und uns unser unsere unserem unseren unserer viel von vom vor wann warum "
    "was welche welchem welchen welcher welches wem wen wenn wer werden wie wieso wieviel wir wird wo woher wohin "
    "wofür wollen würde würden würdet zu zum zur"
)
_FRENCH: Final = word_set(
    "afin ai ainsi alors as au aussi autre aux avec avez avoir avons bien bon c ce cela ces cet cette ceux chez ci "
    "comme comment d dans de des donc donner du elle elles en encore es est et étaient était êtes être eu eux faire "
    "fait faites faut il ils j je juste l la là le les leur leurs lui m ma mais me mes moi mon n ne nos notre nous on "
    "ont ou où par pas peu peut peux plutôt pour pourquoi pourrais pourrait pouvez pouvons pourriez puis qu quand que "
    "quel quelle quelles quels qui quoi s sa sans se ses si soit sommes sont sous suis sur svp t ta te tes toi ton "
    "tous tout toute toutes très tu un une va vers veut veux voici voilà voir vos votre voudrais voudrait voulez vous "
    "vraiment y ça"
)
_SPANISH: Final = word_set(
    "a al algo algún alguna ante así aunque aquí bien cada como cómo con cuál cuáles cualquier cuándo cuando cuánta "
    "cuánto cuántos da dar de del desde donde dónde e el él ella ellos en entonces entre era eran eres es esa ese esas "
    "eso esos esta está están estar estas este esto estos estoy fue ha había han hasta hacen hacer haces hay he ir la "
    "las le les lo los más me mi mí mis mucho muy necesito ni no nos nosotros nuestra nuestro o os otra otro para pero "
    "podemos podría podrían por porque pueden puede puedes puedo pues que qué quien quién quiénes quiero quisiera se "
    "sean según ser si sí siempre sobre sois solo somos son soy su sus también tan te tendrán tener tengo tiene tienen "
    "tienes todo todos tu tú un una unas uno unos usted ustedes va vamos vosotros y ya yo"
)

ASKING_WORDS: Final = frozenset(plain_letters(word) for word in _ENGLISH | _GERMAN | _FRENCH | _SPANISH)
"""Without accents, which who asks may leave out."""
