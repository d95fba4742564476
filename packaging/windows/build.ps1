# Builds the installer and a zip archive for Windows; needs the .NET SDK for WiX.
# Usage: packaging/windows/build.ps1; the packages are in target/packaging.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location (Join-Path $PSScriptRoot '../..')

cargo build --profile dist --locked --bin tinsel
$version = (Select-String -Path Cargo.toml -Pattern '^version = "(.*)"')[0].Matches.Groups[1].Value
$binary = 'target/dist/tinsel.exe'
$out = 'target/packaging'
$name = "tinsel-$version-windows-x86_64"
New-Item -ItemType Directory -Force $out | Out-Null

python packaging/licences.py | Out-File -Encoding utf8 THIRD-PARTY.txt
Compress-Archive -Force -DestinationPath "$out/$name.zip" `
    -Path $binary, 'README.md', 'NOTICE.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'THIRD-PARTY.txt'

dotnet tool install --global wix --version 5.0.2
& "$HOME/.dotnet/tools/wix" build packaging/windows/tinsel.wxs -arch x64 -o "$out/$name.msi" `
    -d "Version=$version" -d "Binary=$binary"
# Debugging information of the installer, which nobody needs.
Remove-Item -ErrorAction SilentlyContinue "$out/*.wixpdb"
