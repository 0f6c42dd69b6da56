"""The preference centre: a page on which one person says, without a login, what they want to get."""
