"""Chat models of any provider: asked within a budget, scripted, played back, or from a folder."""
