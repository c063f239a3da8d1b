using System.Text.Json;
using MmapIo.Build.Natives;

namespace MmapIo.Build.Tests;

/// <summary>
/// What `test` runs: the C tests, the .NET tests, and the tests of the package that users would install.
/// </summary>
internal static class TestSuite
{
    private static readonly Target[] s_emulated = [new("win-x64"), new("linux-arm64")];

    /// <summary>By which the tests know that they are to go on for as long as is promised: see Effort.cs there.</summary>
    public const string Long = "MMAPIO_LONG";

    /// <summary>
    /// By which the gate, and nobody else, asks that what runs programs for other systems be brought if it is missing: not
    /// every machine of a service that sets CI can install it.
    /// </summary>
    public const string Emulate = "MMAPIO_EMULATE";

    private static bool MustEmulate => Environment.GetEnvironmentVariable(Emulate) == "1";

    /// <summary>What a run is saved as: a short one, or one of this system only, is no substitute for the other.</summary>
    public static string SavedAs =>
        (Environment.GetEnvironmentVariable(Long) == "1" ? "test-long" : "test") + (MustEmulate ? "-emulated" : "");

    public static async Task RunAsync(TestSession session)
    {
        string sources = Fingerprint.OfEverything();
        if (!await session.PrepareAsync("build", BuildEverythingAsync))
        {
            return;
        }

        await session.RunAsync("native release", async () =>
            Here(await CtestRunner.RunAsync(NativeTree.Release), "C tests of the system's compiler"));
        await session.RunAsync("managed", async () =>
            Here(await DotnetTestRunner.RunProgramAsync("managed", Managed.Tests), ".NET tests"));
        await session.RunAsync("package", async () =>
        {
            await Managed.PackAsync(Managed.MustBeComplete);
            return await RunPackageTestsAsync(Repository.Packages);
        });
        session.Save(SavedAs, sources);
    }

    /// <summary>Runs the tests of packages that were made elsewhere.</summary>
    public static async Task ConsumeAsync(TestSession session, string packages)
    {
        if (await session.PrepareAsync("build", () => Managed.BuildAsync(Managed.ProjectFile("tests", "package"))))
        {
            await session.RunAsync("package", () => RunPackageTestsAsync(packages));
        }
    }

    /// <summary>The native library first: projects copy it beside their output.</summary>
    public static async Task BuildEverythingAsync()
    {
        await BuildHostNativeAsync();
        await Managed.BuildAsync(Repository.Solution);
    }

    /// <summary>
    /// The library of this machine, by the system's compiler. Where `natives` has left the one that is shipped, that
    /// one stays, so that the .NET tests are about it.
    /// </summary>
    public static async Task BuildHostNativeAsync()
    {
        await NativeTree.Release.BuildAsync();
        var host = new Target(Repository.HostRid);
        if (!NativeSet.IsFresh(host))
        {
            NativeSet.ProvideHostBuild(host, NativeTree.Release.FindLibrary(host.Library));
        }
    }

    private static TestReport Here(TestReport report, string what) =>
        report with { Rid = Repository.HostRid, What = what, How = "native" };

    private static async Task<TestReport> RunPackageTestsAsync(string packages)
    {
        var environment = new Dictionary<string, string?>
        {
            ["DOTNET_HOST_PATH"] = Managed.Dotnet,
            ["MMAPIO_PACKAGE_DIR"] = packages,
            ["MMAPIO_PACKAGE_VERSION"] = Managed.VersionIn(packages),
            ["MMAPIO_PACKAGE_COMPLETE"] = Managed.MustBeComplete ? "1" : null,
        };
        await AddEmulatorsAsync(environment);
        return Here(
            await DotnetTestRunner.RunAssemblyAsync("package", Managed.PackageTests, environment), "package tests");
    }

    /// <summary>
    /// The programs for other systems are run by the gate, and where what runs them is installed already: nobody who
    /// just runs the tests wants an emulator for it.
    /// </summary>
    private static async Task AddEmulatorsAsync(Dictionary<string, string?> environment)
    {
        foreach (Target target in s_emulated)
        {
            if (ZigCompiler.RunsHere && (MustEmulate || Emulator.IsPresentFor(target)))
            {
                Emulator emulator = await Emulator.ForAsync(target);
                environment["MMAPIO_EMULATOR_" + target.Rid.Replace('-', '_')] = JsonSerializer.Serialize(
                    new { emulator.Name, emulator.Command, emulator.Environment });
            }
        }
    }
}
