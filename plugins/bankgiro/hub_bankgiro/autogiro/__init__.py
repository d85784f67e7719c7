"""Autogiro (*autogiro*): orders to Bankgirot and the answers, as the nouns of `hub.model.direct_debits` and back."""
