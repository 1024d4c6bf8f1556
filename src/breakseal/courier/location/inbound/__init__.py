"""How the courier hears: the demo's phone, or a gateway's signed webhook."""
