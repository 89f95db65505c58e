@echo off
rem The command line of an installed Jobyard. The app's own program carries the words out (--cli).
"%~dp0..\..\Jobyard.exe" --cli -- %*
exit /b %errorlevel%
