"""The steps of the flows. They decide nothing and touch no database themselves: rules decide, ports do."""
