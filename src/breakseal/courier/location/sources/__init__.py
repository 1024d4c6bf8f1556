"""Who knows where a phone is: carriers, by CAMARA or by OMA MLP."""
