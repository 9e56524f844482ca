"""From words to a quantified plan, a question, an answer, a refusal or a control word."""
