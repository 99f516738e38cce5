"""`make headers`: every struct of many real headers, compared with what compiled C reads."""
