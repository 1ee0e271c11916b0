-- Who answers in the stead of a plugin that fails too often: nobody, its previous version, or the
-- detector named.
ALTER TABLE plugin_names ADD COLUMN fallback TEXT CHECK (fallback IN ('previous', 'detector'));
ALTER TABLE plugin_names ADD COLUMN fallback_detector TEXT;
