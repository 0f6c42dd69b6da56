"""Commands about who may come in, and who did what."""

from __future__ import annotations

from collections.abc import Mapping

from bot.entrypoints.command_line.verbs.command import Argument, Command

EMAIL: Argument = ("email", {"help": "the address that they log in with"})
ROLES = ("admin", "marketer", "rep", "compliance", "read-only")
ROLE: Argument = ("--role", {"choices": ROLES, "required": True, "help": "what they may do; see docs/access.md"})

STANDSTILL: Argument = (
    "--service-stopped",
    {"action": "store_true", "help": "every process that uses this database is stopped"},
)

COMMANDS = (
    Command(
        "users add",
        "make an account; the password is asked for, or read from the input's first line",
        (
            EMAIL,
            ROLE,
            ("--no-password", {"action": "store_true", "help": "they log in by your identity provider only"}),
        ),
    ),
    Command("users list", "list the accounts, with their roles and which are disabled"),
    Command(
        "users role",
        "give an account another role",
        (EMAIL, ("role", {"choices": ROLES, "help": "what they may do; see docs/access.md"})),
    ),
    Command("users password", "set a password, which ends the account's sessions", (EMAIL,)),
    Command("users disable", "close an account to logins, and end its sessions", (EMAIL,)),
    Command("users enable", "open an account to logins again", (EMAIL,)),
    Command(
        "keys add",
        "make a key for another system, and show it once",
        (("name", {"help": "which system has it, such as crm"}), ROLE),
    ),
    Command("keys list", "list the keys by how they begin"),
    Command("keys revoke", "take a key out of use", (("key", {"help": "how it begins, as keys list shows"}),)),
    Command("field-keys new", "write a new key that seals fields in the database"),
    Command("field-keys check", "show how much of each column is sealed, and with which key"),
    Command(
        "field-keys rotate",
        "seal everything in the database with the first field key; a service may run meanwhile, except the first time",
        (STANDSTILL,),
    ),
    Command("field-keys off", "open everything that is sealed in the database, while no service runs", (STANDSTILL,)),
    Command(
        "audit list",
        "show who did what, the latest first",
        (
            ("--most", {"type": int, "default": 50, "help": "how many entries (50)"}),
            ("--json", {"action": "store_true", "help": "one JSON object a line"}),
        ),
    ),
    Command(
        "audit verify",
        "check that nothing in the audit log was changed, deleted, moved or cut off",
        (("--against", {"metavar": "HEAD", "help": "a head that was printed before (the one kept here)"}),),
    ),
)

GROUPS: Mapping[str, str] = {
    "users": "say who may log in, and with which role",
    "keys": "say which other systems may use the API, and with which role",
    "field-keys": "make and change the keys that seal contact data in the database",
    "audit": "see who did what, and check that the record is complete",
}
