"""The statutes that interest, fees and demands follow, as messages name them."""

from __future__ import annotations

INTEREST_ACT = "räntelagen (1975:635)"
COLLECTION_COSTS_ACT = "lagen (1981:739) om ersättning för inkassokostnader m.m."
DEBT_RECOVERY_ACT = "inkassolagen (1974:182)"
LIMITATION_ACT = "preskriptionslagen (1981:130)"
ORDER_TO_PAY_ACT = "lagen (1990:746) om betalningsföreläggande och handräckning"
