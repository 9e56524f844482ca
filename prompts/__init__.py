"""Prompts as Markdown, loaded by name."""
