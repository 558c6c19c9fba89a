@echo off
rem Starts codetui from this folder; installs it on this computer the first time, without a network.
setlocal
set "here=%~dp0"
if not defined CODETUI_KIT set "CODETUI_KIT=%LOCALAPPDATA%\codetui-kit"
if exist "%CODETUI_KIT%\env\Scripts\codetui.exe" goto start
echo Installing codetui in %CODETUI_KIT% (once) ...
py -$python -m venv "%CODETUI_KIT%\env" || goto failed
"%CODETUI_KIT%\env\Scripts\python.exe" -m pip install --quiet --no-index --find-links "%here%wheels" "codetui[sources]" || goto failed
:start
set "sessions=%here%study\sessions"
if not exist "%sessions%" mkdir "%sessions%" 2>nul
copy /y nul "%sessions%\.writable" >nul 2>nul && del "%sessions%\.writable" && goto run
set "sessions=%CODETUI_KIT%\sessions"
if not exist "%sessions%" mkdir "%sessions%"
echo This folder is read-only: your work is saved in %sessions%
:run
cd /d "%here%study"
"%CODETUI_KIT%\env\Scripts\codetui.exe"$corpus --sessions "%sessions%" %*
exit /b %errorlevel%
:failed
echo codetui could not be installed. Is Python $python on this computer? See README.txt.
pause
exit /b 1
