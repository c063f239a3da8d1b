namespace MmapIo.Build.Kernels;

/// <summary>A kernel of Debian's that the C tests run on, in an emulated machine.</summary>
/// <param name="Name">What it is asked for by.</param>
/// <param name="Rid">Whose programs it runs.</param>
/// <param name="Series">The release of Debian that has it. The archive keeps a series and drops its old builds, so the newest
/// build of the series is taken, by the archive's signature.</param>
/// <param name="Package">A regular expression for the names of packages that hold it.</param>
internal sealed record Kernel(string Name, string Rid, string Series, string Package)
{
    private const string X64 = "linux-musl-x64";
    private const string Arm64 = "linux-musl-arm64";

    /// <summary>From the oldest that is still maintained to the newest there is, and one with larger pages.</summary>
    public static IReadOnlyList<Kernel> All { get; } =
    [
        new("5.10", X64, "bullseye", @"^linux-image-5\.10\.[0-9.-]*-cloud-amd64$"),
        new("6.1", X64, "bookworm", @"^linux-image-6\.1\.[0-9.-]*-cloud-amd64$"),
        new("6.12", X64, "trixie", @"^linux-image-6\.12\.[0-9+a-z.]*-cloud-amd64$"),
        new("newest", X64, "trixie-backports", @"^linux-binary-unsigned-[0-9][0-9+a-z.]*-cloud-amd64$"),
        new("16k", Arm64, "trixie-backports", @"^linux-binary-unsigned-[0-9][0-9+a-z.]*-arm64-16k$"),
    ];

    public bool IsArm64 => Rid == Arm64;

    /// <summary>What Debian calls the architecture.</summary>
    public string Architecture => IsArm64 ? "arm64" : "amd64";

    /// <summary>What Linux does.</summary>
    public string Machine => IsArm64 ? "aarch64" : "x86_64";
}
