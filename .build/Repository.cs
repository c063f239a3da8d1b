namespace MmapIo.Build;

/// <summary>Where things lie in the checkout and what they are called on this machine.</summary>
internal static class Repository
{
    /// <summary>The configuration that everything managed is built in.</summary>
    public const string Configuration = "Release";

    private const string RootMarker = "MmapIo.sln";

    /// <summary>The top of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    public static string Artifacts { get; } = At("artifacts");

    /// <summary>Where the reports of the test runners end up.</summary>
    public static string TestResults { get; } = At("artifacts", "test-results");

    public static string Packages { get; } = At("artifacts", "packages");

    public static string Solution { get; } = At(RootMarker);

    /// <summary>This machine's RID; Directory.Build.props puts the same name together, as a test sees to.</summary>
    public static string HostRid => PortableRid.Current;

    /// <summary>A path inside the checkout.</summary>
    public static string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The folder that a project's output goes to.</summary>
    public static string OutputOf(string project) =>
        At("artifacts", "bin", project, Configuration.ToLowerInvariant());

    /// <summary>The assembly that a project is built into.</summary>
    public static string AssemblyOf(string project) => Path.Combine(OutputOf(project), project + ".dll");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, RootMarker)))
            {
                return folder.FullName;
            }
        }

        throw new StepFailedException($"{RootMarker} was not found above {AppContext.BaseDirectory}");
    }
}
