"""The Macbeth article (P. Srivastava, Analytics Vidhya, 2017): what it says and what is particular to it."""
