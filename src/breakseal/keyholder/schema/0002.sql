-- Retention. `past` is when a sweep first found the version past its retention, if later than `written`;
-- `reminded` the `written` of the version whose end the person was told of.
ALTER TABLE records ADD COLUMN past INTEGER NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX records_written ON records (category, written);
CREATE INDEX records_unreminded ON records (category, written) WHERE reminded != written;
-- Sweeps look at what is over, never at all there is: emergencies wait for them.
CREATE INDEX trails_die ON trails (die);
CREATE INDEX permits_over ON permits (due) WHERE done != '';
CREATE INDEX IF NOT EXISTS permits_call ON permits (handle, call);
