-- Who signed an exigent request as the supervisor, and the leaf hash of its entry in the agency's trail, whose body holds what both
-- officers wrote; empty for what was asked before, or is known by its leaf in the log only.
ALTER TABLE exigent ADD COLUMN second TEXT NOT NULL DEFAULT '';
ALTER TABLE exigent ADD COLUMN leaf BLOB NOT NULL DEFAULT x'';
