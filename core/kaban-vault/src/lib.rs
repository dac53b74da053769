//! Kaban Box, keys, the encrypted store, the audit chain.
