"""Chat models that LangChain does not bring."""
