"""The code read out over the telephone: an Apprise URL of a service that calls and speaks.

Apprise 2.2 speaks through Twilio (`twilio://SID:TOKEN@FROM/{digits}?method=call`), and hands text to any
gateway that takes JSON over HTTPS (`jsons://HOST/{digits}`). Breakseal has no voice of its own.
"""

from __future__ import annotations

from breakseal.courier.sms import AppriseMessenger


class VoiceMessenger(AppriseMessenger):
    """Calls and reads the text, which already has its digits apart and says them twice."""
