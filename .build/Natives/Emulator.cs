namespace MmapIo.Build.Natives;

/// <summary>How programs for another RID are run on linux-x64.</summary>
/// <param name="Name">What it is called in reports.</param>
/// <param name="Command">What stands before the program; empty if the kernel can start it.</param>
/// <param name="Environment">Environment variables that the programs need.</param>
internal sealed record Emulator(
    string Name, string[] Command, IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>Where Debian's package of a C library for arm64 puts it.</summary>
    public const string Arm64Root = "/usr/aarch64-linux-gnu";

    private const string Qemu = "qemu-aarch64";
    private static readonly Dictionary<string, string?> s_nothing = [];

    /// <summary>
    /// For .NET, which maps its code twice, to write at one address and run at another: qemu before 8.1 does not notice
    /// that code it has translated has changed, and Wine fails to map it.
    /// </summary>
    private static readonly KeyValuePair<string, string?> s_codeIsMappedOnce = new("DOTNET_EnableWriteXorExecute", "0");

    /// <summary>Why programs for a target cannot be run on any linux-x64 machine, or null if they can.</summary>
    public static string? WhyNot(Target target) =>
        target.IsMacOS ? "nothing runs programs for macOS here"
        : target.IsWindows && target.IsArm64 ? "nothing runs arm64 programs for Windows here"
        : null;

    /// <summary>Is what runs programs for the target installed?</summary>
    public static bool IsPresentFor(Target target) => NeedsOf(target).All(need => need.IsPresent());

    /// <summary>What runs programs for the target, ready for use.</summary>
    public static async Task<Emulator> ForAsync(Target target)
    {
        await Prerequisites.RequireAsync(NeedsOf(target));
        if (target.IsWindows)
        {
            return await WineAsync();
        }

        if (!target.IsArm64)
        {
            return new Emulator(target.IsMusl ? "musl's loader" : "native", [], s_nothing);
        }

        string root = target.IsMusl ? await UserCache.FolderAsync("musl-arm64", FetchMuslAsync) : Arm64Root;
        return new Emulator("qemu", [Qemu, "-L", root], new Dictionary<string, string?>([s_codeIsMappedOnce]));
    }

    /// <summary>The same with an environment variable set, or taken away.</summary>
    public Emulator With(string variable, string? value) => this with
    {
        Environment = new Dictionary<string, string?>(Environment) { [variable] = value },
    };

    /// <summary>What programs there call a file of ours: to Wine's, our root is drive Z.</summary>
    public string PathOf(string file) => Command is ["wine"] ? $"Z:{file.Replace('/', '\\')}" : file;

    /// <summary>
    /// The same with OpenSSL, which .NET looks for when a program computes a hash, as the runner of the .NET tests does.
    /// </summary>
    public async Task<Emulator> WithOpensslAsync()
    {
        string folder = await UserCache.FolderAsync("openssl-arm64", FetchOpensslAsync);
        string libraries = Path.Combine(folder, "usr/lib/aarch64-linux-gnu");
        return this with { Command = [.. Command, "-E", $"LD_LIBRARY_PATH={libraries}"] };
    }

    private static Prerequisite[] NeedsOf(Target target) =>
        target.IsWindows ? [Prerequisite.Wine]
        : target.IsArm64 && target.IsMusl ? [Prerequisite.Qemu]
        : target.IsArm64 ? [Prerequisite.Qemu, Prerequisite.Arm64Libc, Prerequisite.Arm64Cpp]
        : target.IsMusl ? [Prerequisite.Musl]
        : [];

    /// <summary>No window, no messages of its own, and nothing of the user's own Wine.</summary>
    private static async Task<Emulator> WineAsync()
    {
        var wine = new Emulator("Wine", ["wine"], new Dictionary<string, string?>([s_codeIsMappedOnce])
        {
            ["WINEDEBUG"] = "-all",
            ["DISPLAY"] = "",
            ["WINEPREFIX"] = Repository.At("artifacts", "wine"),

            // Optimised code trips over its unwinder.
            ["DOTNET_JITMinOpts"] = "1",
        });

        // What stands for drive C is made beforehand: programs that start at once would each make it.
        Directory.CreateDirectory(Repository.Artifacts);
        StepResult boot = await Step.CaptureAsync(wine.Command[0], ["wineboot", "--init"], wine.Environment);
        return boot.Succeeded ? wine : throw new StepFailedException($"Wine does not start\n{boot.LastLines}");
    }

    /// <summary>The C library alone, out of Debian's package for arm64.</summary>
    private static Task FetchMuslAsync(string folder) => FetchArm64Async("musl for arm64", folder, "musl");

    /// <summary>Its package has another name since Debian's times have 64 bits everywhere.</summary>
    private static Task FetchOpensslAsync(string folder) =>
        FetchArm64Async("OpenSSL for arm64", folder, "libssl3", "libssl3t64");

    /// <summary>
    /// Unpacks the first of some packages that there is. The package lists are the fetch's own: the machine need not
    /// take packages of that architecture, and does not afterwards.
    /// </summary>
    private static async Task FetchArm64Async(string title, string folder, params string[] packages)
    {
        string lists = Path.Combine(folder, "lists");
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        string[] options =
        [
            "-o", "APT::Architectures::=amd64", "-o", "APT::Architectures::=arm64",
            "-o", $"Dir::State::Lists={lists}", "-o", $"Dir::Cache={lists}", "-o", "APT::Sandbox::User=",
        ];
        await Step.QuietAsync($"{title}: package lists", "apt-get", [.. options, "update"]);
        string attempts = string.Join(" || ", packages.Select(package => $"apt-get \"$@\" download {package}:arm64"));
        string script = $"cd \"$0\" && {{ {attempts}; }} && dpkg -x *_arm64.deb .";
        await Step.QuietAsync($"{title}: fetch", "sh", ["-c", script, folder, .. options]);
        Directory.Delete(lists, recursive: true);
    }
}
