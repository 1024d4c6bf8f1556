"""What tests of several folders share: real parts made ready, never mocks."""
