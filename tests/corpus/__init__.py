"""Mails that other projects keep, with what those projects expect of a reader.

``python -m tests.corpus`` prints how many are read right: by kind, by source and, of
the answers, by language.
"""
