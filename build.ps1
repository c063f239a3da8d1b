# Starts the build driver in .build/, compiling it first if it changed. What the verbs mean is decided there.
$ErrorActionPreference = 'Stop'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Write-Error 'missing: a .NET 10 SDK. Install it with: winget install Microsoft.DotNet.SDK.10'
    exit 1
}

dotnet run --project (Join-Path $PSScriptRoot '.build') --configuration Release -- @args
exit $LASTEXITCODE
