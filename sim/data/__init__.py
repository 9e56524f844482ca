"""Data sets from the twin: made, described, inspected, merged, brought into other forms and back."""
