"""auditor: reads exported marketplace chats, judges them by rule packs, and writes reports and appeal evidence."""

__version__ = "0.1.0"
