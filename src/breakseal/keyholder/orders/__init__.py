"""Orders of courts: lodged by the agency that they name, and looks under them."""
