#!/bin/bash
# Runs as root after the files are gone; at an update too, where the new ones are there already and everything stays.

if [ -e '/opt/${sanitizedProductName}/${executable}' ]; then
  exit 0
fi

rm -f '/usr/bin/jobyard'

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  if apparmor_status --enabled >/dev/null 2>&1; then
    if ! { [ -x '/usr/bin/ischroot' ] && /usr/bin/ischroot; } && hash apparmor_parser 2>/dev/null; then
      apparmor_parser --remove "$profile" || true
    fi
  fi
  rm -f "$profile"
fi

echo "Jobyard is removed. Jobs, their history and output are kept in ~/.local/share/jobyard of each user; delete that folder if you do not want them any more."
