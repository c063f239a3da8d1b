using System.Diagnostics;
using System.Text;

namespace MmapIo.PackageTests;

/// <summary>
/// A console project outside the checkout that knows MmapIo only as a package. It has a package cache of its own (a
/// version packed earlier today must not answer for the one under test) and stops the search for shared build files
/// in parent folders.
/// </summary>
internal sealed class ConsumerProject : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private readonly DirectoryInfo _room = Directory.CreateTempSubdirectory("mmapio-consumer-");

    /// <param name="properties">MSBuild properties of the project, such as a RID or PublishAot.</param>
    public ConsumerProject(params (string Name, string Value)[] properties)
    {
        string own = string.Concat(properties.Select(each => $"    <{each.Name}>{each.Value}</{each.Name}>\n"));
        Write("App/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
            {own}  </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MmapIo" Version="[{PackageUnderTest.Version}]" />
              </ItemGroup>
            </Project>
            """);
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{PackageUnderTest.Feed}" />
              </packageSources>
              <fallbackPackageFolders>
                <clear />
              </fallbackPackageFolders>
            </configuration>
            """);
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        string program = Path.Combine(AppContext.BaseDirectory, "Consumer", "Program.cs");
        File.Copy(program, Path.Combine(_room.FullName, "App", "Program.cs"));
    }

    /// <summary>Writes a file for the program to look at, outside its project folder.</summary>
    /// <returns>The file's full path.</returns>
    public string WriteData(string name, byte[] content)
    {
        string path = Path.Combine(_room.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Runs a dotnet command in the project's folder and expects it to succeed.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public string Dotnet(params string[] arguments) =>
        Run(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments);

    /// <summary>Runs any program in the project's folder and expects it to succeed.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public string Run(string program, params string[] arguments)
    {
        using var process = new Process { StartInfo = StartInfo(program, arguments) };
        var output = new StringBuilder();
        var errors = new StringBuilder();
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end\n{output}{errors}");
        }

        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{output}{errors}");
        return output.ToString().TrimEnd();
    }

    public void Dispose() => _room.Delete(recursive: true);

    private ProcessStartInfo StartInfo(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path.Combine(_room.FullName, "App"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test host's own MSBuild and runtime settings are not a stranger's.
        foreach (string inherited in start.Environment.Keys.Where(IsFromTestHost).ToList())
        {
            start.Environment.Remove(inherited);
        }

        start.Environment["NUGET_PACKAGES"] = Path.Combine(_room.FullName, "packages");
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        return start;
    }

    private static bool IsFromTestHost(string variable) =>
        variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("MMAPIO_", StringComparison.OrdinalIgnoreCase);

    private void Write(string name, string content)
    {
        string path = Path.Combine(_room.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
