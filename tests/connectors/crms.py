"""The CRMs under test, each by a name: one whose connector has two ways of calling it is there twice."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from bot.ports import Crm
from tests.connectors.vendor_server import settings_for


@dataclass(frozen=True)
class CrmUnderTest:
    """`connector` is the folder; `values` are settings that are not those of its sandbox."""

    connector: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def module(self) -> ModuleType:
        return importlib.import_module(f"connectors.{self.connector}")

    def build(self, **settings: Any) -> Crm:
        built: Crm = self.module.build(settings_for(self.module, values=self.values, **settings))
        return built


CRMS: Mapping[str, CrmUnderTest] = {
    **{name: CrmUnderTest(name) for name in ("hubspot", "salesforce", "mautic", "marketo", "openemm")},
    "openemm_rest": CrmUnderTest("openemm", {"OPENEMM_API": "rest"}),
    "webhook": CrmUnderTest("webhook"),
}
