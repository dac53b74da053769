//! Integration tests, a module per topic.
