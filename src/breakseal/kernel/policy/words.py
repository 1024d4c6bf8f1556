"""The closed vocabulary of the policy: every word that a request or a policy text may use.

The schema beside the policy text declares the same words; a load that meets a word which the two
do not share refuses. Words are wire values: they stand in statements and leaves, so one is never
renamed or given another meaning.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """Why somebody asks. The last six have a name so that they can be refused by name."""

    EMERGENCY_RESPONSE = "emergency-response"
    SELF_VIEW = "self-view"
    SELF_EDIT = "self-edit"
    GUARDIAN_VIEW = "guardian-view"
    SEARCH_AND_RESCUE = "search-and-rescue"
    LOCATION_CONSENTED = "location-consented"
    SUPERVISION_CHECK = "supervision-check"
    COURT_ORDER_DISCLOSURE = "court-order-disclosure"
    EXIGENT_DISCLOSURE = "exigent-disclosure"
    OVERSIGHT_REVIEW = "oversight-review"
    INVESTIGATION = "investigation"
    IMMIGRATION = "immigration"
    ADVERTISING = "advertising"
    LITIGATION = "litigation"
    RESEARCH = "research"
    ELIGIBILITY = "eligibility"


class Basis(StrEnum):
    """What kind of signed, live statement makes the request lawful."""

    SELF = "self"
    CONSENT = "consent"
    EMERGENCY_CALL = "emergency-call"
    MISSING_CASE = "missing-case"
    COURT_ORDER = "court-order"
    EXIGENT = "exigent"
    SUPERVISION_ORDER = "supervision-order"
    GUARDIANSHIP = "guardianship"
    OVERSIGHT = "oversight"


class Role(StrEnum):
    """In which role the requester's enrolled key acts."""

    SUBJECT = "subject"
    GUARDIAN = "guardian"
    CALL_TAKER = "call-taker"
    CALL_SUPERVISOR = "call-supervisor"
    FIELD_RESPONDER = "field-responder"
    INVESTIGATOR = "investigator"
    SUPERVISING_OFFICER = "supervising-officer"
    LEGAL_REVIEWER = "legal-reviewer"
    DUTY_REVIEWER = "duty-reviewer"
    POLICE_SUPERVISOR = "police-supervisor"
    SPONSOR = "sponsor"
    OVERSIGHT = "oversight"
    OPERATOR = "operator"
    SERVICE = "service"


class Organisation(StrEnum):
    """The class of the requester's organisation; `none` is a private person."""

    NONE = "none"
    CALL_CENTRE = "call-centre"
    POLICE = "police"
    COURT = "court"
    SUPERVISION = "supervision"
    COMPANY = "company"
    RESEARCH = "research"
    OVERSIGHT_BODY = "oversight-body"


class Programme(StrEnum):
    """What a category belongs to: the part of its name before the dot."""

    EMERGENCY = "emergency"
    ACCOUNT = "account"
    TRAIL = "trail"
    LOCATION = "location"
    MISSING = "missing"
    SUPERVISION = "supervision"


class Category(StrEnum):
    """What is opened. The last two are reserved: no policy text permits them yet."""

    EMERGENCY_IDENTITY = "emergency.identity"
    EMERGENCY_CONTACT = "emergency.contact"
    EMERGENCY_HOME = "emergency.home"
    EMERGENCY_MEDICAL = "emergency.medical"
    EMERGENCY_CONTACTS = "emergency.contacts"
    EMERGENCY_LANGUAGES = "emergency.languages"
    EMERGENCY_PHOTO = "emergency.photo"
    ACCOUNT_CHANNELS = "account.channels"
    TRAIL = "trail"
    LOCATION_FIX = "location.fix"
    MISSING_REGISTER = "missing.register"
    SUPERVISION_CHECKIN = "supervision.checkin"

    @property
    def programme(self) -> Programme:
        """The programme that this category belongs to."""
        return Programme(self.value.partition(".")[0])


class SessionKind(StrEnum):
    """What kind of key signed the request."""

    PASSKEY = "passkey"
    SESSION = "session"
    CLIENT = "client"
    DEMO = "demo"


class NoticeTiming(StrEnum):
    """When the message to the subject goes out, strictest first; the entry is listed at once, unless it is deferred."""

    AT_ONCE = "at-once"
    AFTER_CALL = "after-call"
    DEFERRED = "deferred"
    NONE = "none"


class ViewFrom(StrEnum):
    """From which moment the viewing time runs, strictest first."""

    OPENING = "opening"
    CALL_END = "call-end"


class Precision(StrEnum):
    """How precise the answer may be, strictest first."""

    YES_OR_NO = "yes-or-no"
    COARSE = "coarse"
    EXACT = "exact"


class Refusal(StrEnum):
    """Why a decision refuses: a forbid applies, no permit does, or evaluating failed."""

    FORBIDDEN = "forbidden"
    NOT_PERMITTED = "not-permitted"
    ERROR = "error"


Word = Purpose | Basis | Role | Organisation | Category | SessionKind

PASSED_ON: Final = frozenset({Category.LOCATION_FIX})
"""What is passed on: asked for when somebody may have it, or told by the person's own phone and kept for a day."""
EMERGENCY: Final = tuple(each for each in Category if each.programme is Programme.EMERGENCY)
"""Every category of the emergency programme, in the order in which pages show them."""
