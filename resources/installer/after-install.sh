#!/bin/bash
# Runs as root after the deb or rpm was unpacked. As electron-builder's own (templates/linux/after-install.tpl), but for the
# command on the PATH: that is the launcher of the command line, not the program of the window.

ln -sf '/opt/${sanitizedProductName}/resources/bin/jobyard' '/usr/bin/jobyard'

# Pages run in a sandbox of user namespaces, or of this program where the system has none.
if ! { [[ -L /proc/self/ns/user ]] && unshare --user true; }; then
  chmod 4755 '/opt/${sanitizedProductName}/chrome-sandbox' || true
else
  chmod 0755 '/opt/${sanitizedProductName}/chrome-sandbox' || true
fi

if hash update-mime-database 2>/dev/null; then
  update-mime-database /usr/share/mime || true
fi

if hash update-desktop-database 2>/dev/null; then
  update-desktop-database /usr/share/applications || true
fi

# Ubuntu 24.04 and newer allow user namespaces to programs with a profile only. Older versions of AppArmor cannot read it,
# and need none.
if apparmor_status --enabled >/dev/null 2>&1; then
  profile='/opt/${sanitizedProductName}/resources/apparmor-profile'
  target='/etc/apparmor.d/${executable}'
  if apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
    cp -f "$profile" "$target"
    # An image that is being built has no kernel to load it into.
    if ! { [ -x '/usr/bin/ischroot' ] && /usr/bin/ischroot; } && hash apparmor_parser 2>/dev/null; then
      apparmor_parser --replace --write-cache --skip-read-cache "$target" || true
    fi
  fi
fi
