//! Sealed wire types shared by devices and the relay.
