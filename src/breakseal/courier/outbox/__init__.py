"""What the courier keeps: messages to send, codes to answer, and how many codes a number was sent."""
