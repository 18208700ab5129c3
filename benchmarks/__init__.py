"""The speed table of the design: what `crm` costs beyond its floor, at three sizes (`make bench`)."""
