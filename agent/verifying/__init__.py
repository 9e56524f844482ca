"""Was it done? A verdict by what is seen after a call, what it rests on, and how sure it may be."""
