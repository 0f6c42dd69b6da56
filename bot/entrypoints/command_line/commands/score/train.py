"""`overture score train`: learn a scorecard from closed leads, and write it with its model card beside the plan."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bot.adapters.content.library import Contents
from bot.domain.audience import ProfileSchema
from bot.domain.errors import SettingsError
from bot.domain.likelihood import PredictionPlan, Predicts, Scorecard
from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.wiring.stores import store_of
from bot.journeys.binning import characteristics_of
from bot.journeys.closed_leads import examples_of
from bot.journeys.likelihood import FOLDERS, written
from bot.journeys.model_card import model_card
from bot.journeys.scorecard_training import Learnt, learn_scorecard
from bot.services.measure_drift import with_shares
from bot.services.recall import closed_leads
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    contents = contents_of(settings)
    require_file(settings.database_url, "learn from")
    plan = plan_of(contents, options.predict)
    for line in asyncio.run(_train(settings, plan, contents, dry=options.dry_run)):
        print(line)
    return 0


def plan_of(contents: Contents, predicts: Predicts) -> PredictionPlan:
    plan = next((one for one in contents.prediction_plans if one.predicts == predicts), None)
    if plan is None:
        what = "closes a lead" if predicts == "likelihood" else "says that a customer has left, or stays"
        raise SettingsError(
            f"nothing says what {what}. Write journeys/{FOLDERS[predicts]}/plan.yml; docs/scores.md shows how."
        )
    if plan.attributes and contents.profile is None:
        raise SettingsError(
            "the plan names attributes, and their types are not known: journeys/profile.yml declares them."
        )
    return plan


async def _train(settings: Settings, plan: PredictionPlan, contents: Contents, *, dry: bool) -> Sequence[str]:
    store, now = store_of(settings), now_of(settings)
    schema = contents.profile or ProfileSchema()
    try:
        await store.migrate()
        leads = await closed_leads(store, plan)
        binning = partial(characteristics_of, plan, schema)
        learnt = await asyncio.to_thread(learn_scorecard, examples_of(plan, leads), binning, now.date(), plan.predicts)
        async with store.transaction() as uow:
            card = await with_shares(uow, learnt.card, now)
    finally:
        await store.close()
    told = [f"{len(leads)} closed {plan.wording.who}s. {_sentence(learnt)}"]
    told += [f"left out: {name}: {why}." for name, why in learnt.left_out]
    if dry:
        return [*told, "Nothing was written."]
    folder = settings.journeys / FOLDERS[plan.predicts]
    return [*told, *_write(folder, card, model_card(plan, learnt, leads=len(leads)))]


def _sentence(learnt: Learnt) -> str:
    return f"{learnt.card.why[0].upper()}{learnt.card.why[1:]}"


def _write(folder: Path, card: Scorecard, report: str) -> Sequence[str]:
    """Each file is replaced as a whole, for a running service reads them."""
    for name, text in (("card.md", report), ("scorecard.yml", written(card))):
        fresh = folder / f".{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)
    return [f"Written: {folder / 'scorecard.yml'}, and {folder / 'card.md'} says how good it is."]
