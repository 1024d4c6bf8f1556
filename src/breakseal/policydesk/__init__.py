"""What people read about the policy: the public notice and the explanation of one decision.

Both are generated from the rules that the keyholder enforces, so neither can say anything else.
"""
