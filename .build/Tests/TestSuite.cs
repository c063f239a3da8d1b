namespace MmapIo.Build.Tests;

/// <summary>
/// What `test` runs: the C tests, the .NET tests, and the tests of the package that users would install.
/// </summary>
internal static class TestSuite
{
    public static async Task RunAsync(TestSession session)
    {
        string sources = Fingerprint.OfEverything();
        if (!await session.PrepareAsync("build", BuildEverythingAsync))
        {
            return;
        }

        await session.RunAsync("native release", () => CtestRunner.RunAsync(NativeTree.Release));
        await session.RunAsync("managed", () => DotnetTestRunner.RunProgramAsync("managed", Managed.Tests));
        await session.RunAsync("package", RunPackageTestsAsync);
        session.Save(sources);
    }

    /// <summary>The native library first: projects copy it beside their output.</summary>
    public static async Task BuildEverythingAsync()
    {
        await BuildHostNativeAsync();
        await Managed.BuildAsync(Repository.Solution);
    }

    public static async Task BuildHostNativeAsync()
    {
        await NativeTree.Release.BuildAsync();
        NativeTree.Release.Provide(Repository.HostRid, Repository.HostLibrary);
    }

    private static async Task<TestReport> RunPackageTestsAsync()
    {
        await Managed.PackAsync();
        return await DotnetTestRunner.RunAssemblyAsync("package", Managed.PackageTests, new Dictionary<string, string?>
        {
            ["MMAPIO_PACKAGE_DIR"] = Repository.Packages,
            ["MMAPIO_PACKAGE_VERSION"] = Managed.PackedVersion(),
        });
    }
}
