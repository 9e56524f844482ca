"""Chat models of any provider: asked within a budget, scripted for tests, recorded and played back, or from a folder."""
