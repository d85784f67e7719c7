"""Orders to pay (*betalningsföreläggande*): which may be filed, with what, and how a case may go on."""
