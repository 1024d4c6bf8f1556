"""Programs that build and check the repository; nothing here is shipped."""
