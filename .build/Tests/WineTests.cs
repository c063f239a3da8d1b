using System.Text.Json.Nodes;
using MmapIo.Build.Natives;

namespace MmapIo.Build.Tests;

/// <summary>The .NET tests as a program for Windows, with the library that is shipped for it, under Wine.</summary>
internal static class WineTests
{
    public const string Rid = "win-x64";

    private static readonly Target s_target = new(Rid);

    public static async Task RunAsync(TestSession session)
    {
        if (!ZigCompiler.RunsHere)
        {
            Step.Say("the .NET tests are run under Wine on linux-x64 only");
            return;
        }

        await session.RunAsync("managed win-x64", async () =>
        {
            Emulator wine = await Emulator.ForAsync(s_target);
            string tool = await Managed.PublishAsync(Managed.ProjectFile("managed", Managed.Tool), Rid);
            string tests = await Managed.PublishAsync(Managed.ProjectFile("tests", "managed"), Rid);
            PreferEmittedCalls(Path.Combine(tests, $"{Managed.Tests}.runtimeconfig.json"));
            var environment = new Dictionary<string, string?>(wine.Environment)
            {
                ["MMAPIO_TOOL"] = $"Z:{tool.Replace('/', '\\')}\\{Managed.Tool}.exe",
            };
            TestReport report = await DotnetTestRunner.RunUnderWineAsync(
                "managed-win-x64",
                Path.Combine(tests, Managed.Tests + ".exe"),
                wine with { Environment = environment });
            return report with { Rid = Rid, What = ".NET tests", How = wine.Name };
        });
    }

    /// <summary>
    /// An exception that leaves a method called by reflection passes through native frames the first time, and Wine 8
    /// forgets to drop a handler of its own for these: the next such exception ends the thread. Calls by emitted code
    /// have no native frames.
    /// </summary>
    private static void PreferEmittedCalls(string file)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(file))!;
        root["runtimeOptions"]!["configProperties"]!["Switch.System.Reflection.ForceEmitInvoke"] = true;
        File.WriteAllText(file, root.ToJsonString());
    }
}
