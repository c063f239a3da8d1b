using System.Text.Json;

namespace MmapIo.PackageTests;

/// <summary>What runs programs for another RID on this machine. The build driver knows, and says so.</summary>
internal sealed record Emulator(string Name, string[] Command, Dictionary<string, string> Environment)
{
    /// <summary>Skips the test where there is none.</summary>
    public static Emulator For(string rid)
    {
        string variable = "MMAPIO_EMULATOR_" + rid.Replace('-', '_');
        string? said = System.Environment.GetEnvironmentVariable(variable);
        if (said is null)
        {
            Assert.Ignore($"nothing that runs programs for {rid} is installed: the gate brings it, on linux-x64");
        }

        return JsonSerializer.Deserialize<Emulator>(said)!;
    }

    public Outcome Run(string folder, string program, params string[] arguments) => Outcome.Of(
        folder,
        Command[0],
        [.. Command[1..], program, .. arguments],
        [.. Environment.Select(each => (each.Key, each.Value))]);
}
