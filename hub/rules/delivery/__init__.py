"""Pure decisions about documents that go out."""
